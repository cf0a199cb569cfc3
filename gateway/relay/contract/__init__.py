"""The wire between hall and centre as documents, for whoever builds another centre or another hall.

``asyncapi.json`` names every topic and what is said there; beside it stands one JSON Schema for each message, below ``events/``
one for each type of event that goes up, and in ``words.json`` the words that all of them use. No code of the product reads them:
they are held to it by ``tests/relay/contract/``, and every event appended in any test is judged by them.
"""

from pathlib import Path

FOLDER = Path(__file__).parent
"""Where the documents are."""
