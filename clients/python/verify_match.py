#!/usr/bin/env python3
"""Checks one Arena match without trusting the site: everything is computed again from docs/protocol.md.

    verify_match.py http://localhost:5080 MATCH_ID [--rpc URL --vault ADDRESS]
    verify_match.py --transcript FILE --proof FILE [--rpc URL --vault ADDRESS]

Standard library only, Python 3.9 or newer. Exit status: 0 all green, 1 something red, 2 could not be checked.
"""
import argparse, ast, base64, hashlib, json, math, operator, re, struct, sys, urllib.request

FULL = 1_000_000  # micro-points of a win
WHITE = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
MASK = (1 << 64) - 1

# ---- Keccak-256 (the original padding 0x01, as Ethereum uses it)

def rotate(word, by):
    return (word << by | word >> 64 - by) & MASK

def permute(a):
    lfsr = 1
    for _ in range(24):
        column = [a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20] for x in range(5)]
        for x in range(5):
            mix = column[x - 1] ^ rotate(column[(x + 1) % 5], 1)
            for y in range(0, 25, 5):
                a[x + y] ^= mix
        x, y, moving = 1, 0, a[1]
        for t in range(24):
            x, y = y, (2 * x + 3 * y) % 5
            moving, a[x + 5 * y] = a[x + 5 * y], rotate(moving, (t + 1) * (t + 2) // 2 % 64)
        for y in range(0, 25, 5):
            row = a[y:y + 5]
            for x in range(5):
                a[y + x] = row[x] ^ (~row[(x + 1) % 5] & MASK & row[(x + 2) % 5])
        for j in range(7):  # the round constant, bit by bit
            lfsr = ((lfsr << 1) ^ ((lfsr >> 7) * 0x171)) & 0xFF
            if lfsr & 2:
                a[0] ^= 1 << ((1 << j) - 1)

def keccak(data):
    padded = bytearray(data) + b"\x01" + bytes(-(len(data) + 1) % 136)
    padded[-1] ^= 0x80
    state = [0] * 25
    for start in range(0, len(padded), 136):
        for i, word in enumerate(struct.unpack("<17Q", padded[start:start + 136])):
            state[i] ^= word
        permute(state)
    return struct.pack("<4Q", *state[:4])

# ---- canonical JSON (RFC 8785, without fractions) and draws

def canonical(value):
    if isinstance(value, dict):
        keys = sorted(value, key=lambda k: k.encode("utf-16-be"))
        return b"{" + b",".join(canonical(k) + b":" + canonical(value[k]) for k in keys) + b"}"
    if isinstance(value, list):
        return b"[" + b",".join(map(canonical, value)) + b"]"
    if isinstance(value, float) or (isinstance(value, int) and abs(value) > 2**53 - 1):
        raise ValueError(f"{value} is not an exact integer")
    # For strings json.dumps writes the very escapes of the standard.
    return json.dumps(value, ensure_ascii=False).encode("utf-8")

class Draws:
    def __init__(self, seed, stream):
        name = stream.encode("utf-8")
        self.prefix = b"arena-draws-v1" + seed + struct.pack(">I", len(name)) + name
        self.words, self.block = [], 0

    def below(self, bound):
        limit = 2**64 - 2**64 % bound
        while True:
            if not self.words:
                block = hashlib.sha256(self.prefix + struct.pack(">Q", self.block)).digest()
                self.words, self.block = list(struct.unpack(">4Q", block)), self.block + 1
            word = self.words.pop(0)
            if word < limit:
                return word % bound

# ---- the games

def unwrap(text):
    """Leniency about form: white space, one fence, one trailing period."""
    text = text.strip(WHITE)
    if len(text) >= 6 and text.startswith("```") and text.endswith("```"):
        text = text[3:-3]
        line, newline, rest = text.partition("\n")
        if newline and not re.search(r"[ \t]", line.strip(WHITE)):
            text = rest
    elif len(text) >= 2 and text[0] == "`" and text[-1] == "`":
        text = text[1:-1]
    text = text.strip(WHITE)
    return text[:-1].rstrip(WHITE) if text.endswith(".") else text

class Board:
    """Connect Four and tic-tac-toe: a line of `need` on `columns` x `rows`; digits name columns or cells."""

    def __init__(self, columns, rows, need, drops):
        self.columns, self.rows, self.need, self.drops = columns, rows, need, drops
        self.cells, self.moves, self.winner = {}, "", None

    def legal(self):
        if self.winner is not None:
            return []
        ends = [(c, self.rows - 1) for c in range(self.columns)] if self.drops else [(i % 3, i // 3) for i in range(9)]
        return [str(i + 1) for i, end in enumerate(ends) if end not in self.cells]

    def play(self, move):
        at, seat = int(move) - 1, len(self.moves) % 2
        x, y = (at, sum((at, r) in self.cells for r in range(self.rows))) if self.drops else (at % 3, at // 3)
        self.cells[x, y] = seat
        self.moves += move
        for dx, dy in ((1, 0), (0, 1), (1, 1), (1, -1)):
            run = 1
            for sign in (1, -1):
                step = sign
                while self.cells.get((x + dx * step, y + dy * step)) == seat:
                    run, step = run + 1, step + sign
            if run >= self.need:
                self.winner = seat

    def scores(self):
        return [FULL // 2] * 2 if self.winner is None else [FULL * (seat == self.winner) for seat in (0, 1)]

def replay_board(game, board):
    """The scores by the rules; raises where a move or reading is not as the rules have it."""
    for turn in game["turns"]:
        seat, shown = len(board.moves) % 2, " ".join(board.moves) or "none"
        need(turn["seat"] == seat and board.legal(), f"turn {turn['t']}: it is not that seat's turn")
        need(f"Moves so far, X first: {shown}.\n" in turn["saw"], f"turn {turn['t']}: the agent was shown other moves")
        readings = [unwrap(said) in board.legal() for said in turn["said"]]
        need(not any(readings[:-1]), f"turn {turn['t']}: a legal answer was refused")
        if turn["did"] is None:
            need(turn["fault"] and not any(readings), f"turn {turn['t']}: a legal answer became a fault")
            return [0 if s == seat else FULL for s in (0, 1)]
        need(readings and readings[-1] and unwrap(turn["said"][-1]) == turn["did"], f"turn {turn['t']}: {turn['did']} is not what was said")
        board.play(turn["did"])
    need(not board.legal(), "the game stops before its end")
    return board.scores()

def countdown_deal(seed, deal):
    draws = Draws(seed, f"deal/{deal}")
    large, pools = draws.below(5), ([25, 50, 75, 100], [i // 2 + 1 for i in range(20)])
    numbers = [pool.pop(draws.below(len(pool))) for pool in [pools[0]] * large + [pools[1]] * (6 - large)]
    return numbers, 100 + draws.below(900)

def evaluate(text, numbers):
    """The value of a canonical expression; raises where the rules forbid it."""
    need(re.fullmatch(r"[0-9+*/()-]{1,200}", text), f"{text!r} is not canonical")
    left = list(numbers)
    signs = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.floordiv}

    def value(node):
        if isinstance(node, ast.Constant):
            need(node.value in left, f"{node.value} is not among the numbers")
            left.remove(node.value)
            return node.value
        need(isinstance(node, ast.BinOp) and type(node.op) in signs, f"{text!r} is not an expression")
        a, b = value(node.left), value(node.right)
        need(not isinstance(node.op, ast.Div) or (b and a % b == 0), f"{a}/{b} is not exact")
        need(not isinstance(node.op, ast.Sub) or a >= b, f"{a}-{b} is negative")
        return signs[type(node.op)](a, b)

    return value(ast.parse(text, mode="eval").body)

def replay_countdown(game, seed):
    numbers, target = countdown_deal(seed, game["deal"])
    seats = len(game["seats"])
    need([t["seat"] for t in game["turns"]] == list(range(seats)), "not one turn for each seat")
    distances = []
    for turn in game["turns"]:
        need(f"Numbers: {' '.join(map(str, numbers))}\nTarget: {target}\n" in turn["saw"], f"turn {turn['t']}: another deal was shown")
        distance = math.inf if turn["did"] is None else abs(evaluate(turn["did"], numbers) - target)
        distances.append(distance if distance <= 100 else math.inf)
    faulted = [t["did"] is None for t in game["turns"]]
    if seats == 2 and any(faulted):
        return [0 if f else FULL for f in faulted]
    return [0 if own == math.inf else FULL // 2 * (sum((d > own) * 2 + (d == own) for d in distances) - 1) // (seats - 1) for own in distances]

GAMES = {
    "connect-four": lambda game, seed: replay_board(game, Board(7, 6, 4, True)),
    "tic-tac-toe": lambda game, seed: replay_board(game, Board(3, 3, 3, False)),
    "countdown": replay_countdown,
}

# ---- ratings

def elo(before, scores, ks):
    """Ratings after a match: milli-Elo, rounded pair by pair."""
    n, after = len(before), list(before)
    for i in range(n):
        for j in (j for j in range(n) if j != i):
            weaker = math.floor(1e6 / (1 + 10 ** (abs(before[i] - before[j]) / 1000 / 400)) + 0.5)
            expected = weaker if before[i] <= before[j] else FULL - weaker
            low, high = min(i, j), max(i, j)
            score = (FULL + scores[low] - scores[high]) // 2 if n == 2 else FULL // 2 * (1 + (scores[low] > scores[high]) - (scores[low] < scores[high]))
            share, by = ks[i] * ((score if i < j else FULL - score) - expected), 1000 * (n - 1)
            after[i] += (1 if share >= 0 else -1) * ((2 * abs(share) + by) // (2 * by))
    return after

# ---- the list of checks

class Failed(Exception):
    """A check that is red."""

def need(condition, reason):
    if not condition:
        raise Failed(reason)

def same(found, expected):
    need(found == expected, f"expected {expected}, found {found}")

def unhex(text):
    return bytes.fromhex(text[2:] if text.startswith("0x") else text)

def read_root(rpc, vault, epoch):
    """The result root that the vault holds for an epoch: the first word of epochs(uint64)."""
    data = "0x" + (keccak(b"epochs(uint64)")[:4] + struct.pack(">4Q", 0, 0, 0, epoch)).hex()
    call = {"jsonrpc": "2.0", "id": 1, "method": "eth_call", "params": [{"to": vault, "data": data}, "latest"]}
    answer = json.loads(fetch(urllib.request.Request(rpc, json.dumps(call).encode(), {"Content-Type": "application/json"})))
    need("result" in answer, f"the node answered {answer.get('error')}")
    return unhex(answer["result"])[:32]

def verify(transcript, proof, rpc, vault):
    """Yields (step, function that raises Failed); later steps use what earlier ones read."""
    t = json.loads(transcript)
    record = proof["record"]
    record = record.encode() if record.lstrip().startswith("{") else base64.b64decode(record)
    r = json.loads(record)
    seed = unhex(t["seed"])
    leaf = keccak(keccak(record))
    epoch = proof.get("epoch")

    def chain():
        header = {k: t[k] for k in ("arena", "commitment", "kind", "match", "players", "rules", "space")}
        if "material" in t:
            header["material"] = t["material"]
        head, number = hashlib.sha256(b"arena-chain-v1" + canonical(header)).digest(), 0
        for g, game in enumerate(t["games"]):
            for turn in game["turns"]:
                same(turn["t"], number)
                head, number = hashlib.sha256(head + struct.pack(">I", g) + canonical(turn)).digest(), number + 1
        same(t["chain"], head.hex())

    def outcome():
        need(t["rules"] == 1, f"these are the rules in version 1, not {t['rules']}")
        for g, game in enumerate(t["games"]):
            try:
                same(game["scores"], GAMES[t["space"]](game, seed))
            except Failed as e:
                raise Failed(f"game {g}: {e}")

    def seats():
        n = len(t["players"])
        # All answer the same prompt in one game; elsewhere seats rotate, mostly over one deal (kuhn-poker since version 2).
        games = 1 if t["space"] in ("code-duel", "countdown", "instruct", "pitch") else n
        own_deals = t["space"] in ("bid-tac-toe", "liars-dice", "tradewars") or (t["space"], t["rules"]) == ("kuhn-poker", 1)
        same([(g["deal"], g["seats"]) for g in t["games"]], [(i if own_deals else 0, [(s + i) % n for s in range(n)]) for i in range(games)])

    def scores():
        sums = [0] * len(t["players"])
        for game in t["games"]:
            for seat, player in enumerate(game["seats"]):
                sums[player] += game["scores"][seat]
        same(r["scores"], [s // len(t["games"]) for s in sums])

    def ratings():
        steps = r["ratings"]
        same([s["version"] for s in steps], [p["version"] for p in t["players"]])
        need(all(s["k"] in (10, 40 if s["games"] < 30 else 20) for s in steps), "a K factor that the rule doesn't give")
        same([s["after"] for s in steps], elo([s["before"] for s in steps], r["scores"], [s["k"] for s in steps]))

    def merkle():
        node = leaf
        for sibling in map(unhex, proof["proof"]):
            node = keccak(min(node, sibling) + max(node, sibling))
        same(node.hex(), unhex(proof["root"]).hex())

    judged = any(game["scores"] is None for game in t["games"])
    yield "transcript is in canonical form", lambda: same(canonical(t), transcript)
    yield "seed opens the commitment", lambda: same(t["commitment"], hashlib.sha256(b"arena-seed-v1" + seed).hexdigest())
    yield "hash chain over all turns", chain
    yield "deals and seats", seats
    if t["space"] in GAMES:  # of other spaces, hashes and arithmetic are checked, but not the moves
        yield "every move legal, outcome by the rules", outcome
    yield "record is in canonical form", lambda: same(canonical(r), record)
    yield "record is of this match", lambda: same([r["match"], r["space"], r["kind"]], [t["match"], t["space"], t["kind"]])
    yield "record names the transcript's keccak-256", lambda: same(r["transcript"], keccak(transcript).hex())
    if not judged:
        yield "match scores", scores
    if r["ratings"]:
        yield "rating changes", ratings
    yield "leaf", lambda: same(unhex(proof["leaf"]).hex(), leaf.hex())
    if epoch is None:
        return
    yield f"Merkle proof up to the root of epoch {epoch}", merkle
    if rpc:
        yield f"the chain holds that root (vault {vault})", lambda: same(read_root(rpc, vault, epoch).hex(), unhex(proof["root"]).hex())

def fetch(url):
    with urllib.request.urlopen(url, timeout=30) as answer:
        return answer.read()

def main():
    parser = argparse.ArgumentParser(description="Checks one Arena match without trusting the site.")
    parser.add_argument("base", nargs="?", help="address of the site")
    parser.add_argument("match", nargs="?", help="the match's id")
    parser.add_argument("--transcript", help="a downloaded transcript instead")
    parser.add_argument("--proof", help="a downloaded proof instead")
    parser.add_argument("--rpc", help="an Ethereum node to read the root from")
    parser.add_argument("--vault", help="the vault contract's address")
    a = parser.parse_args()
    if not (a.transcript and a.proof) and not (a.base and a.match):
        parser.error("give the site and a match, or --transcript and --proof")
    try:
        if a.transcript:
            transcript, proof = open(a.transcript, "rb").read(), json.load(open(a.proof, "rb"))
        else:
            at = f"{a.base.rstrip('/')}/api/v1/matches/{a.match}"
            transcript, proof = fetch(at + "/transcript"), json.loads(fetch(at + "/proof"))
        steps = list(verify(transcript, proof, a.rpc, a.vault or proof.get("vault")))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as e:
        print(f"could not be checked: {type(e).__name__}: {e}")
        return 2
    bad = 0
    for name, check in steps:
        try:
            check()
            print(("\033[32m ok \033[0m" if sys.stdout.isatty() else " ok ") + " " + name)
        except Exception as e:  # hostile input may break a check in any way: it is red, not a crash
            bad += 1
            reason = str(e) if isinstance(e, Failed) else f"{type(e).__name__}: {e}"
            print(("\033[31mFAIL\033[0m" if sys.stdout.isatty() else "FAIL") + f" {name}: {reason[:400]}")
    if proof.get("epoch") is None:
        print(" --  not in a settlement epoch yet: no root to compare with")
    elif not a.rpc:
        print(" --  the root is the site's word; give --rpc and --vault to read it from the chain")
    print("verified" if bad == 0 else f"NOT verified: {bad} of {len(steps)} checks failed")
    return 1 if bad else 0

if __name__ == "__main__":
    sys.exit(main())
