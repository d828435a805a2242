/// A table of plain text, its columns as wide on a terminal as their widest cell.
public struct TextTable {
  /// A column's head and the side its cells lean to.
  public enum Column: Sendable {
    /// Cells begin one below the other, as names do.
    case left(String)
    /// Cells end one below the other, as numbers do.
    case right(String)

    fileprivate var title: String {
      switch self {
      case .left(let title), .right(let title): title
      }
    }
  }

  private let columns: [Column]
  private var rows: [[String]] = []

  /// Makes a table without rows.
  public init(columns: [Column]) { self.columns = columns }

  /// Adds a row, a cell for each column. Cells are written as they are: text from outside has to be made safe before.
  public mutating func add(_ cells: [String]) { rows.append(cells) }

  /// The table with its head, a line a row; nothing where there is no row.
  public var text: String {
    guard !rows.isEmpty else { return "" }
    let lines = [columns.map(\.title)] + rows
    let widths = columns.indices.map { column in
      lines.map { TerminalText.width($0[column]) }.max() ?? 0
    }
    var text = ""
    for cells in lines {
      var line = ""
      for (index, column) in columns.enumerated() {
        let cell = cells[index]
        let padding = String(repeating: " ", count: widths[index] - TerminalText.width(cell))
        if index > 0 { line += "  " }
        switch column {
        case .left: line += cell + padding
        case .right: line += padding + cell
        }
      }
      while line.last == " " { line.removeLast() }
      text += line + "\n"
    }
    return text
  }
}
