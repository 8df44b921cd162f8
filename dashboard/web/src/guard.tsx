/** One broken panel must not take the others with it: it says so, and the dispatcher goes on with the rest. */
import { Component, type ComponentChildren } from "preact";

export class Guard extends Component<{ name: string; children: ComponentChildren }, { broken: string | null }> {
  override state = { broken: null };

  override componentDidCatch(error: unknown): void {
    this.setState({ broken: error instanceof Error ? error.message : String(error) });
  }

  override render() {
    if (this.state.broken === null) return this.props.children;
    return (
      <div class="broken" role="alert">
        <p>
          <b>{this.props.name} has failed</b> ({this.state.broken}). The other panels go on.
        </p>
        <button onClick={() => this.setState({ broken: null })}>Try again</button>
      </div>
    );
  }
}
