"""Real servers for the integration tests. All listen on loopback, on ports that were free, keep
their files in a folder the test gives them, and end with the test process at the latest."""
