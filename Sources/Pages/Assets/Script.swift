/// What pages can do beyond links and forms.
enum Script {
  static let text = """
    "use strict";

    """
}
