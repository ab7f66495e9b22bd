"""What camctl shows of a node, and a room to look into."""


def actor(look, name):
    return next((x for x in look["actors"] if x["name"] == name), None)


def part(look, name):
    return next((x for x in look["parts"] if x["name"] == name), None)


def names(look):
    return {x["name"] for x in look["actors"]}


def room_of_two(room):
    server = room.server("cam-a", room.stamped("cam-a"))
    client = room.client()
    room.wait_connected("cam-a")
    return server, client
