"""The bytes that readers get: messages, their encodings, WebSocket framing. Pure."""
