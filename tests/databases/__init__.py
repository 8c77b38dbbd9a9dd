"""Every database that tests read or write is made in one of these ways; take the first that serves.

| module | what it makes | for tests of |
|---|---|---|
| `written` | a history of dated texts, straight into the tables; the fixture `history_db` | what is read: history, cli |
| `stored` | captures of a few pages, kept, read and folded by the real store; what a file says, and damage to it | store, upkeep |
| `crawled` | all of the sample archive, by the real spider, once a session; the fixture `sample_db` | whole journeys |
| `imported` | repositories of other collections, by the real import in this process | pipelines/imports |
| `earlier` | a file of an earlier schema, with rows | migrations |
| `writer`, `kills` | a file that a process writes until it is killed | what a kill leaves |

`empty` makes a new file of the present schema by copy, for all of them: `migrations.apply` alone takes 160 ms.
A fixture of a module makes a database once, and a test that writes into it takes a copy of the file.
"""
