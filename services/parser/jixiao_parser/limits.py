"""How large a file may be once it is unpacked. Beyond that no form is in it, but an accident or an attack."""

MIB = 1024 * 1024

FILE = 20 * MIB  # as the upload takes it
ROWS = 20_000  # rows with something in them, all sheets together
CELLS = 400_000
SHEETS = 300
TAGS = 1_000_000  # of a web page
DOCX_TAGS = 1_000_000  # of a part of a Word document; a form has about 5,000
UNPACKED = 128 * MIB  # all parts of an Office file together
MEMBERS = 5_000
ARCHIVE = 64 * MIB  # all files of an archive together, archives within it included
ARCHIVE_FILES = 500
ARCHIVE_DEPTH = 3
PAGES = 500
SIGNS = 2_000_000  # of text on all pages
SCANNED_PAGES = 20  # each takes seconds
DOTS = 60_000_000  # of a picture
