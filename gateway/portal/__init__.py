"""The hall's web pages and JSON API: the app factory, live streams, access rules, languages and base templates.

The features give their own pages in their ``routes.py``; here is what every page shares.
"""
