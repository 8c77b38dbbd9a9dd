"""What the commands and the web pages both answer: results of the read side as JSON data, one function under both."""
