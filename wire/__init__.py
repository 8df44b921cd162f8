"""The contract: messages, topics, orders and number plates; the only thing that all sides share."""
