"""The application: windows, actions, the session, the worker's controller, the command line."""
