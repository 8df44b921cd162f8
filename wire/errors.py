"""What a user did or met that we can explain: one line of what, where and what to do; the command exits with 2."""


class UserError(Exception):
    """Bad input or a broken world, told to a person. `where`: the file, key, address or device meant."""

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        self.what, self.where, self.remedy = what, where, remedy
        super().__init__(": ".join(filter(None, (where, what))) + (f". {remedy}" if remedy else ""))
