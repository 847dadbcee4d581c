"""Routes and handlers: polling, writes, uploads, pictures and archives."""
