"""What `export` can write, one form a file: ``arguments`` declares options, ``export`` writes."""
