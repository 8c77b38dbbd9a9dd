"""How a message leaves this machine: mail, webhook, command, Apprise."""
