"""What figures are drawn with: style, labels, rows, panels, and how a figure becomes a file."""
