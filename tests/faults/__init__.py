"""The promise under faults: real processes, broken on purpose, and a checker that believes nobody.

`stage.py` has the service, its store and the links between; `publisher.py` posts and keeps a journal,
`swarm.py` reads, `acts.py` breaks things, `promise.py` judges what everybody saw. `campaign.py` puts
them together: `make faults`.
"""
