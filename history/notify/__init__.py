"""Who is told of what: watches, digests, quiet hours, and the text of a message. Pure: sending is in cli/giving/carriers."""
