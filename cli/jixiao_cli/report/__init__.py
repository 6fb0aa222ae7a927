"""What ``jixiao check`` found, told to people: in the terminal, as JSON, as a workbook."""
