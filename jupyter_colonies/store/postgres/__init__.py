"""PostgreSQL: several writers, several servers. Needs psycopg, the extra `postgres`."""
