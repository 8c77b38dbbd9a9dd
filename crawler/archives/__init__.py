"""What an archive is and what its answers mean, as values and functions: captures, index answers, mementos, times, keys.

Belongs here what is true of web archives in general; one archive's address and limits are a row of `dialects.py`. It may
import no other room but `files`. Everything else in the project may import it.
"""
