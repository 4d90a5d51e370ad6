"""API descriptions: OpenAPI and AsyncAPI, made from tables; nothing here answers a request."""
