"""The halls of a regency and what stands in each: a folder of TOML files, one a hall, that people read, write and keep in git."""
