"""The HTTP layer (ASGI): a folder of endpoints for each kind of visitor, and their routes."""
