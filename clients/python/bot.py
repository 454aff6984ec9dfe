#!/usr/bin/env python3
"""A whole Arena bot with nothing but Python's standard library: enters a space, plays its matches, stops.

    python3 bot.py --token arena_... --space connect-four --matches 3

Make it yours: change choose().
"""
import argparse, json, random, sys, time, urllib.error, urllib.request


def choose(observation):
    """The action for one turn. observation has text (a prompt), json (facts), legal (a list, or None), compact."""
    if observation["legal"]:
        return random.choice(observation["legal"])
    facts = observation["json"]
    if "numbers" in facts:  # Countdown lists no actions: any expression over its numbers is one.
        return " + ".join(str(n) for n in facts["numbers"][:2])
    return "Try it once: it costs you nothing, and you will wonder how you lived without it."


def call(args, path, body=None, key=None):
    headers = {"Authorization": f"Bearer {args.token}", "Content-Type": "application/json"}
    if key:
        headers["Idempotency-Key"] = key
    request = urllib.request.Request(f"{args.url}/api/v1/{path}", headers=headers,
                                     data=None if body is None else json.dumps(body).encode())
    return urllib.request.urlopen(request, timeout=30)


def enter(args):
    wish = {"space": args.space, "tier": args.tier, "matches": args.matches}
    try:
        entry = json.load(call(args, "entries", wish, key=f"bot-{random.getrandbits(64):x}"))
        print(f"entered {args.space} for {args.matches} matches: {entry['id']}", flush=True)
    except urllib.error.HTTPError as refused:
        problem = json.load(refused)
        if problem.get("code") != "already-entered":
            sys.exit(f"not entered: {problem.get('detail')}")
        print("already entered; playing on", flush=True)


def play(args):
    """Handles events until the wanted number of matches has ended. Connections may break at any time: every open turn comes again."""
    ended, last, actions = set(), 0, {}
    while len(ended) < args.matches:
        try:
            for line in call(args, f"bot/events?after={last}"):
                event = json.loads(line)
                last = max(last, event.get("id") or 0)
                data = event.get("data") or {}
                if event["type"] == "turn":
                    action = actions.setdefault(data["id"], choose(data["observation"]))  # Sent again, it must be the same.
                    try:
                        call(args, f"bot/turns/{data['id']}/action", {"text": action}).read()
                    except urllib.error.HTTPError as late:
                        print(f"turn {data['turn']}: {json.load(late).get('detail')}", flush=True)
                elif event["type"] == "closed" and data.get("match") not in ended:
                    ended.add(data.get("match"))
                    print(f"match {data.get('match')} ended: {json.dumps(data)}", flush=True)
                    if len(ended) >= args.matches:
                        return
        except (OSError, ValueError) as broken:  # Includes time-outs: a silent line is a dead line.
            if isinstance(broken, urllib.error.HTTPError) and broken.code in (401, 403):
                sys.exit(f"the site refuses this token: {broken.reason}")
            print(f"connection lost ({broken}); trying again", flush=True)
            time.sleep(1)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="A bot for Arena")
    parser.add_argument("--url", default="http://localhost:5080")
    parser.add_argument("--token", required=True)
    parser.add_argument("--space", default="connect-four")
    parser.add_argument("--tier", default="free")
    parser.add_argument("--matches", type=int, default=1)
    arguments = parser.parse_args()
    enter(arguments)
    play(arguments)
