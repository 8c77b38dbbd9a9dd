"""How a message leaves this machine: by mail, webhook, command or Apprise; and the one HTTP client for all of them."""
