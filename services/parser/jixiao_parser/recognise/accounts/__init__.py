"""A department's final accounts (部门决算): their tables, and what their text claims."""
