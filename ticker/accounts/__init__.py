"""Who may do what: principals and rights (pure); tokens, users and sessions in the store."""
