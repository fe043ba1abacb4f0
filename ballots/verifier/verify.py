#!/usr/bin/env python3
"""Check the published bundle of a contest and count it again.

    python3 verify.py BUNDLE.zip
    python3 verify.py BUNDLE.zip --receipt KV1....       is my envelope in the log, and was it opened?
    python3 verify.py BUNDLE.zip --code 7QK4M-...        what does the paper with my code say?
    python3 verify.py BUNDLE.zip --rules SHA256          are the rules those published before voting began?

Needs Python 3.11 alone; with PyNaCl (pip install pynacl) it checks the signatures too. It imports nothing of the
company that ran the vote. Exit code: 0 nothing found wrong, 1 something is wrong, 2 the bundle cannot be read.
"""

import argparse
import base64
import csv
import hashlib
import io
import json
import re
import sys
import zipfile
from pathlib import Path

try:
    from nacl.exceptions import CryptoError
    from nacl.signing import VerifyKey
except ImportError:  # everything but signatures works without
    VerifyKey = None

HASH = re.compile(r"[0-9a-f]{64}")
LEAF = re.compile(r"[0-9a-f]{64}(,(0|[1-9][0-9]{0,18})){3}")
CODE = re.compile(r"(?:[0-9A-HJKMNP-TV-Z]{5}-){3}[0-9A-HJKMNP-TV-Z]{5}")
ALWAYS = "rules.json roll.csv log.txt checkpoints.txt counted.txt return.json result.json verify.py README.txt".split()
PAPERS, ASSESSOR = {"secret": ["papers.csv", "papers.blt"], "named": []}, {"secret": [], "named": ["sums.csv"]}


class Wrong(ValueError):
    """Something is not what it should be; says what."""


def need(condition, sentence):
    """Say what is wrong unless the condition holds."""
    if not condition:
        raise Wrong(sentence)


def canonical(value):
    """Return the canonical writing: sorted keys, no spaces, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sha256(data):
    """Return the SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def check_signature(message, signature, public_key, whose):
    """Check an Ed25519 signature; without PyNaCl nothing can be said, and the last lines say so."""
    if VerifyKey is not None:
        try:
            VerifyKey(bytes.fromhex(public_key)).verify(message, signature)
        except (CryptoError, ValueError, TypeError) as error:
            raise Wrong(f"The signature of {whose} is not good.") from error


def merkle_root(leaves):
    """Return the root of RFC 9162 section 2.1.1 over the hashes of envelopes."""
    level = [hashlib.sha256(b"\0" + bytes.fromhex(leaf)).digest() for leaf in leaves]
    while len(level) > 1:  # an odd last one moves up unchanged: the same tree as the recursive definition
        pairs = zip(level[::2], level[1::2], strict=False)
        level = [hashlib.sha256(b"\1" + left + right).digest() for left, right in pairs] + level[len(level) & ~1 :]
    return level[0] if level else hashlib.sha256(b"").digest()


def sum_leaf(opening, votes):
    """Return a leaf of the Merkle-sum tree: its hash, and votes for, against, withheld."""
    content = b"\0kilderkin/sum/1\0" + bytes.fromhex(opening) + packed(votes)
    return hashlib.sha256(content).digest(), tuple(votes)


def sum_node(left, right):
    """Return the node over two children, which binds the votes of each and those of both."""
    content = b"\1kilderkin/sum/1\0" + left[0] + packed(left[1]) + right[0] + packed(right[1])
    votes = tuple(a + b for a, b in zip(left[1], right[1], strict=True))
    packed(votes)
    return hashlib.sha256(content).digest(), votes


def packed(votes):
    """Return three numbers of votes as 8 bytes each."""
    need(min(votes) >= 0 and max(votes) < 2**63, "A number of votes is below zero or too large.")
    return b"".join(number.to_bytes(8, "big") for number in votes)


class Bundle:
    """The files, and a check for each thing that can be wrong: returns the sentence that says what holds, or raises."""

    def __init__(self, path, options):
        self.bytes, self.options = path.read_bytes(), options
        with zipfile.ZipFile(io.BytesIO(self.bytes)) as archive:
            self.names = archive.namelist()
            self.files = {name: archive.read(name) for name in self.names}

    def text(self, name):
        need(name in self.files, f"{name} is missing.")
        return self.files[name].decode("utf-8")

    def object(self, name):
        value = json.loads(self.text(name))
        need(canonical(value) == self.files[name], f"{name} is not written in its canonical form.")
        return value

    def hashes(self, name):
        lines = self.text(name).split("\n")
        sound = lines.pop() == "" and all(map(HASH.fullmatch, lines)) and len(set(lines)) == len(lines)
        need(sound, f"{name} holds a line that is not a hash, or one twice.")
        return lines

    def check_rules(self):
        self.rules = self.object("rules.json")
        self.kind = self.rules["kind"]
        self.option_names = {option["id"]: option["name"] for option in self.rules["options"]}
        found, asked = sha256(self.files["rules.json"]), self.options.rules
        need(not asked or asked.lower() == found, f"rules.json is not what you noted: its hash is {found}.")
        return f"The rules of “{self.rules['title']}” have the hash {found}: compare it with what you noted before."

    def check_files(self):
        expected = [*ALWAYS, *PAPERS[self.kind]]
        lacks = [name for name in expected if name not in self.names]
        need(not lacks, f"The bundle lacks {', '.join(lacks)}.")
        strange = [n for n in self.names if n not in expected + ASSESSOR[self.kind] or self.names.count(n) > 1]
        need(not strange, f"The bundle holds what does not belong there, or twice: {', '.join(strange)}.")
        return f"All {len(self.names)} files are there."

    def check_return(self):
        returned = self.object("return.json")
        self.statement, self.papers = returned["statement"], returned["papers"]
        signature, key = bytes.fromhex(returned["signature"]), self.rules["scrutineer_key"]
        alone = (len(returned), returned["v"], signature.hex()) == (5, 1, returned["signature"])
        alone = alone and (self.papers is None) == (self.kind == "named") and not returned["zero_leaves"]
        need(alone, "return.json holds what nobody signed.")
        check_signature(b"kilderkin/return/1\0" + canonical(self.statement), signature, key, "the scrutineer")
        bound = {name: self.rules[name] for name in ("contest", "kind", "roll_sha256", "scrutineer_key")}
        for name, value in {**bound, "rules_sha256": sha256(self.files["rules.json"])}.items():
            need(self.statement[name] == value, f"return.json is signed for another {name} than that of rules.json.")
        same = self.papers is None or sha256(canonical(self.papers)) == self.statement["papers_sha256"]
        need(same, "The papers in return.json are not those the scrutineer signed.")
        return f"The scrutineer, {self.statement['scrutineer']}, signed what was opened."

    def check_roll(self):
        same = sha256(self.files["roll.csv"]) == self.rules["roll_sha256"]
        need(same, "roll.csv is not the roll whose hash stands in rules.json.")
        head, *lines = self.text("roll.csv").splitlines()
        rows = dict(line.split(",") for line in lines)
        self.votes = [int(votes) for votes in rows.values()]
        sound = head == "entry,votes" and len(rows) == len(lines) and min(self.votes, default=1) > 0
        need(sound, "roll.csv holds a line that is not a voter, or one twice.")
        return f"The roll has {len(rows)} voters with {sum(self.votes)} votes, as fixed before voting."

    def check_log(self):
        self.leaves = self.hashes("log.txt")
        notes = [note for note in self.text("checkpoints.txt").removesuffix("\n").split("\n\n") if note]
        sizes = [self.signed_size(*pair) for pair in zip(notes[::2], notes[1::2], strict=True)]
        whole = sizes == sorted(set(sizes)) and ([0, *sizes])[-1] == len(self.leaves)
        need(whole, "checkpoints.txt does not end with a signed root over all of log.txt.")
        return f"The log of {len(self.leaves)} envelopes only ever grew: all {len(sizes)} signed roots are right."

    def signed_size(self, body, signatures):
        origin, size, root = body.split("\n")
        need(origin == self.rules["origin"], "checkpoints.txt holds a checkpoint of another log.")
        found = base64.b64encode(merkle_root(self.leaves[: int(size)])).decode()
        same = found == root and 0 <= int(size) <= len(self.leaves)
        need(same, f"The signed root over {size} envelopes is not that of log.txt.")
        name, key_id, key = self.log_key()
        for mark, signer, encoded in (line.split(" ") for line in signatures.split("\n")):
            data = base64.b64decode(encoded, validate=True)
            if (mark, signer, data[:4], base64.b64encode(data).decode()) == ("—", name, key_id, encoded):
                check_signature(f"{body}\n".encode(), data[4:], key, f"the checkpoint over {size} envelopes")
                return int(size)
        raise Wrong(f"The checkpoint over {size} envelopes is not signed by the log.")

    def log_key(self):
        name, key_id, encoded = self.rules["log_vkey"].split("+", 2)
        return name, bytes.fromhex(key_id), base64.b64decode(encoded)[1:].hex()

    def check_counted(self):
        self.counted = self.hashes("counted.txt")
        signed = self.counted == sorted(self.counted) == self.statement["opened"]
        need(signed, "counted.txt is not the list of opened envelopes that the scrutineer signed.")
        need(set(self.counted) <= set(self.leaves), "An envelope was opened that is not in the log.")
        need(len(self.counted) <= len(self.votes), "More envelopes were opened than voters are on the roll.")
        opened, self.spoiled = len(self.counted), {row["envelope"] for row in self.statement["spoiled"]}
        counts = {"envelopes": opened, "spoiled": len(self.spoiled), "papers": opened - len(self.spoiled)}
        sound = self.statement["counts"] == counts and self.spoiled <= set(self.counted)
        need(sound, "The numbers of envelopes, papers and spoiled envelopes do not add up.")
        return f"{opened} envelopes were opened, all from the log; {counts['spoiled']} of them spoiled."

    def check_papers(self):
        if self.kind == "named":
            return self.check_sums()
        opened, codes = self.statement["counts"]["papers"], [paper["code"] for paper in self.papers]
        need(len(codes) == opened, f"There are {len(codes)} papers, but {opened} were opened and not spoiled.")
        sound = codes == sorted(set(codes)) and all(map(CODE.fullmatch, codes))
        need(sound, "A tracking code is no code, stands twice, or is out of order.")
        for paper in self.papers:
            chosen, most = paper["choices"], self.rules["choices_max"]
            fits = len(set(chosen)) == len(chosen) <= most and set(chosen) <= set(self.option_names)
            need(fits, f"The paper {paper['code']} does not fit the rules.")
        for name, expected in (("papers.csv", self.as_csv()), ("papers.blt", self.as_blt())):
            need(self.text(name) == expected, f"{name} does not say the same as the papers the scrutineer signed.")
        return f"All {len(codes)} papers fit the rules and are the same in every file."

    def as_csv(self):
        text, names, approval = io.StringIO(), self.option_names, self.rules["method"] == "approval"
        odd = {n for n in names.values() if n.startswith(tuple("=+-@\t\r'")) or n in ("tracking_code", "papers")}
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["tracking_code", *(f"'{name}" if name in odd else name for name in names.values())])
        for paper in self.papers:
            ranks = {option: 1 if approval else rank for rank, option in enumerate(paper["choices"], 1)}
            writer.writerow([paper["code"], *(ranks.get(option, "") for option in names)])
        return text.getvalue()

    def as_blt(self):
        place = {option: number for number, option in enumerate(self.option_names, 1)}
        lines, equal = [f"{len(place)} {self.rules['seats']}"], self.rules["method"] == "approval"
        for paper in self.papers:
            chosen = [place[option] for option in paper["choices"]]
            ranks = "=".join(map(str, sorted(chosen))) if equal else " ".join(map(str, chosen))
            lines.append(" ".join(f"({paper['code']}) 1 {ranks} 0".split()))
        texts = [*self.option_names.values(), self.rules["title"]]
        return "\n".join([*lines, "0", *('"' + text.replace('"', '""') + '"' for text in texts)]) + "\n"

    def signed_root(self):
        sums = self.statement["sums"]
        return bytes.fromhex(sums["root"]), (sums["for"], sums["against"], sums["withheld"])

    def check_sums(self):
        pro, contra, withheld = totals = self.signed_root()[1]
        need(min(totals) >= 0 and sum(totals) <= sum(self.votes), "The totals do not fit the roll.")
        if "sums.csv" in self.files:
            head, *lines, end = self.text("sums.csv").split("\n")
            sound = (head, end) == ("opening,for,against,withheld", "") and all(map(LEAF.fullmatch, lines))
            need(sound, "sums.csv holds a line that is no leaf.")
            level = sorted(
                sum_leaf(opening, list(map(int, votes))) for opening, *votes in (x.split(",") for x in lines)
            )
            while len(level) > 1:
                level = [sum_node(*pair) for pair in zip(level[::2], level[1::2], strict=True)]
            need(level == [self.signed_root()], "The leaves in sums.csv do not make the totals that were signed.")
        return f"The totals fit the roll: {pro} for, {contra} against, {withheld} withheld."

    def check_result(self):
        self.result, method = self.object("result.json"), self.rules["method"]
        same = (self.result["method"], self.result["seats"], len(self.result)) == (method, self.rules["seats"], 6)
        need(same, "result.json is of another method or number of seats, or says too much.")
        if method == "resolution":
            return self.recount_resolution()
        beacons = ", ".join(f"“{lot['beacon']}”" for lot in self.result.get("lots", []))
        by_id, names, self.lots = self.option_names, list(self.option_names.values()), list(self.result["lots"])
        need(self.result["candidates"] == names, "result.json has other candidates than the rules.")
        papers = [[by_id[choice] for choice in paper["choices"]] for paper in self.papers]
        if any(papers) and (method not in COUNTS or self.rules["seats"] != 1):
            return f"NOT COUNTED AGAIN: this program does not know {method}. Let another count papers.blt."
        nobody = [self.round(dict.fromkeys(names, 0), [])]  # no lot makes a winner whom no paper named
        rounds = COUNTS[method](self, names, papers) if any(papers) else nobody
        said, winners = self.result["elected"], rounds[-1]["elected"]
        need(said == winners, f"Counted again, the result is {winners}, but result.json says {said}.")
        need(self.result["rounds"] == rounds, "Counted again, a round has other numbers than result.json says.")
        need(not self.lots, "result.json records a lot where none was needed.")
        lot = f" A tie was broken by the public lot {beacons}: compare it with what was thrown." * bool(beacons)
        return f"Counted again by {method}: {', '.join(winners) or 'no paper names anybody, nobody is elected'}.{lot}"

    def recount_resolution(self):
        pro, contra, withheld = signed = self.signed_root()[1]
        said = (self.result["for"], self.result["against"], self.result["withheld"])
        need(said == signed, f"result.json says {said} for, against and withheld, but the scrutineer signed {signed}.")
        passed = pro > contra if self.rules["majority"] == "ordinary" else pro > 0 and 4 * pro >= 3 * (pro + contra)
        carried = "carried" if passed else "not carried"
        need(self.result["passed"] == passed, f"By the rules the resolution is {carried}, not as result.json says.")
        return f"Counted again: {pro} for, {contra} against, {withheld} withheld: {carried}."

    def round(self, tally, elected, eliminated=()):
        tallies = {name: f"{votes}.00000" for name, votes in tally.items()}
        return {"tallies": tallies, "elected": list(elected), "eliminated": list(eliminated)}

    def plurality(self, names, papers):
        return self.approval(names, [paper[:1] for paper in papers])

    def approval(self, names, papers):
        tally = {name: sum(name in paper for paper in papers) for name in names}
        best = [name for name in names if tally[name] == max(tally.values())]
        return [self.round(tally, [best[0] if len(best) == 1 else self.drawn(1, "election", best)])]

    def irv(self, names, papers):
        """Let the last leave until one has more than half of what is in play; all without a vote leave together."""
        standing, tallies, rounds = list(names), [], []
        while True:
            tops = [next((name for name in paper if name in standing), None) for paper in papers]
            tallies.append({name: tops.count(name) for name in standing})
            best = max(standing, key=tallies[-1].get)
            if 2 * tallies[-1][best] > sum(tallies[-1].values()) or len(standing) == 1:
                return [*rounds, self.round(tallies[-1], [best])]
            leaving = [name for name in standing if not tallies[-1][name]]
            if not leaving:
                leaving = [self.last_of(standing, tallies)]
            rounds.append(self.round(tallies[-1], [], leaving))
            standing = [name for name in standing if name not in leaving]

    def last_of(self, tied, rounds):
        """Return who leaves: the fewest votes now, then in the latest earlier round that differs, then the lot."""
        for tally in reversed(rounds):
            tied = [name for name in tied if tally[name] == min(tally[other] for other in tied)]
        return tied[0] if len(tied) == 1 else self.drawn(len(rounds), "elimination", tied)

    def drawn(self, number, question, tied):
        """Return whom the public lot drew, drawn again (Fisher and Yates by SHA-256 of label, root, beacon, step)."""
        asked, root = f"{self.rules['contest']}, round {number}, {question}", self.statement["papers_sha256"]
        lot, order = self.lots.pop(0) if self.lots else {"beacon": ""}, list(tied)
        for step, place in enumerate(range(len(order) - 1, 0, -1)):
            other = int(sha256(f"{asked}\n{root}\n{lot['beacon']}\n{step}".encode()), 16) % (place + 1)
            order[place], order[other] = order[other], order[place]
        same = lot == {"round": number, "question": question, "beacon": lot["beacon"], "order": order}
        need(same, f"Round {number} is a tie ({', '.join(tied)}), and result.json has no lot that can be repeated.")
        return order[0]

    def check_receipt(self):
        version, contest, encoded, _, key_id, signature = self.options.receipt.strip().split(".")
        found = base64.urlsafe_b64decode(encoded + "=").hex()
        need((version, contest) == ("KV1", self.rules["contest"]), "Your receipt is of another contest.")
        _, log_id, key = self.log_key()
        message = b"kilderkin/promise/1\0" + self.options.receipt.strip().rpartition(".")[0].encode()
        check_signature(message, base64.urlsafe_b64decode(signature + "=="), key, "your receipt")
        need(bytes.fromhex(key_id) == log_id, "Your receipt is signed by another key than the log's.")
        need(found in self.leaves, "Your envelope was promised but is NOT in the log. Show your receipt to others.")
        need(found not in self.spoiled, "Your envelope was opened, but the paper in it was spoiled and not counted.")
        if found in self.counted:
            return "Your envelope is in the log, was opened, and its paper was counted."
        return "Your envelope is in the log but was not opened: a later vote replaced it. Was there none? Ask at once."

    def check_code(self):
        where = "type your code on the page of its result"
        need(self.kind == "secret", f"The papers of a resolution are not published: {where}.")
        typed = re.sub(r"[\s-]", "", self.options.code).upper().translate(str.maketrans("OIL", "011"))
        mine = [paper["choices"] for paper in self.papers if paper["code"].replace("-", "") == typed]
        need(mine, f"No paper has the code {self.options.code}.")
        return f"Your paper was counted: {', '.join(self.option_names[c] for c in mine[0]) or 'blank'}."


COUNTS = {name: getattr(Bundle, name) for name in ("plurality", "approval", "irv")}
CHECKS = ("rules", "files", "return", "roll", "log", "counted", "papers", "result", "receipt", "code")


def run(bundle, say):
    """Run every check and return how many found something wrong."""
    wrong = 0
    for name in CHECKS:
        if name in CHECKS[-2:] and not getattr(bundle.options, name):
            continue
        try:
            say(f"ok     {getattr(bundle, f'check_{name}')()}\n")
        except Exception as error:  # whatever a forger thought of
            why = f"The check of the {name} could not be made ({type(error).__name__}: {error})."
            say(f"WRONG  {error if isinstance(error, Wrong) else why}\n")
            wrong += 1
    return wrong


def main():
    """Check the bundle named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", type=Path)
    for name in ("--receipt", "--code", "--rules"):
        parser.add_argument(name)
    options, say = parser.parse_args(), sys.stdout.write
    try:
        bundle = Bundle(options.bundle, options)
    except Exception as error:  # a broken .zip breaks in many ways
        sys.stderr.write(f"{options.bundle} cannot be read: {error}\n")
        return 2
    say(f"SHA-256 of this bundle: {sha256(bundle.bytes)}\n")
    wrong = run(bundle, say)
    if VerifyKey is None:
        say("NOT CHECKED: signatures, because PyNaCl is not installed (pip install pynacl).\n")
    say(f"{wrong} of the checks found something wrong.\n" if wrong else "Nothing was found wrong.\n")
    return min(wrong, 1)


if __name__ == "__main__":
    sys.exit(main())
