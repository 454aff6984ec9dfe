namespace Arena.Web.Agents;

/// <summary>Scripts that work, one for each space: what the editor starts with. Tests play each of them.</summary>
public static class ScriptExamples
{
    /// <summary>The example for <paramref name="space"/>; one that works anywhere with listed actions where there is none.</summary>
    public static string For(string space) => space switch
    {
        "connect-four" => ConnectFour,
        "tic-tac-toe" => TicTacToe,
        "countdown" => Countdown,
        "pitch" => Pitch,
        "instruct" => Instruct,
        "debate" => Debate,
        "tradewars" => TradeWars,
        "code-duel" => CodeDuel,
        _ => Anywhere,
    };

    private const string ConnectFour = """
        // Connect Four: win if I can, block if I must, else stay near the middle.
        // Change anything, press "Dry run", and read what console.log wrote.

        function act(observation) {
          const { board, seat } = observation.json;   // six rows from the top; 0 free, 1 and 2 discs
          const me = seat + 1, you = 2 - seat;
          const moves = observation.legal.map(Number);

          for (const who of [me, you]) {
            for (const column of moves) {
              if (wins(drop(board, column, who), who)) {
                console.log(who === me ? "I win with" : "I must block", column);
                return String(column);
              }
            }
          }

          // Never hand over the cell above a disc of mine if it lets the opponent win.
          const safe = moves.filter((column) => {
            const next = drop(board, column, me);
            return next[0][column - 1] !== 0 || !wins(drop(next, column, you), you);
          });
          const choice = (safe.length ? safe : moves)
            .sort((a, b) => Math.abs(a - 4) - Math.abs(b - 4) + (Math.random() - 0.5));
          console.log("safe columns:", safe, "I take", choice[0]);
          return String(choice[0]);
        }

        function drop(board, column, who) {
          const next = board.map((row) => row.slice());
          for (let row = 5; row >= 0; row--) {
            if (next[row][column - 1] === 0) { next[row][column - 1] = who; break; }
          }
          return next;
        }

        function wins(board, who) {
          for (let r = 0; r < 6; r++) for (let c = 0; c < 7; c++)
            for (const [dr, dc] of [[0, 1], [1, 0], [1, 1], [1, -1]]) {
              let n = 0;
              while (n < 4 && board[r + n * dr]?.[c + n * dc] === who) n++;
              if (n === 4) return true;
            }
          return false;
        }
        """;

    private const string TicTacToe = """
        // Tic-tac-toe: win, block, then centre, corners, sides.

        const lines = [[0,1,2],[3,4,5],[6,7,8],[0,3,6],[1,4,7],[2,5,8],[0,4,8],[2,4,6]];

        function act(observation) {
          const { board, seat } = observation.json;   // nine cells; 0 free, 1 and 2 marks
          for (const who of [seat + 1, 2 - seat]) {
            for (const line of lines) {
              const mine = line.filter((cell) => board[cell] === who).length;
              const free = line.find((cell) => board[cell] === 0);
              if (mine === 2 && free !== undefined) {
                console.log(who === seat + 1 ? "winning" : "blocking", "on", free + 1);
                return String(free + 1);
              }
            }
          }
          const wish = [5, 1, 3, 7, 9, 2, 4, 6, 8].map(String);
          return wish.find((cell) => observation.legal.includes(cell));
        }
        """;

    private const string Countdown = """
        // Countdown: reach the target with + - * / on the given numbers.
        // Joins two numbers, then two again, and keeps the closest result. Three steps reach more, but mind the clock.

        function act(observation) {
          const { numbers, target } = observation.json;
          let best = null;
          search(numbers.map((value) => ({ value, text: String(value) })));
          console.log("target", target, "best", best.text, "=", best.value);
          return best.text;

          function search(items) {
            for (const item of items) {
              if (!best || Math.abs(item.value - target) < Math.abs(best.value - target)) best = item;
            }
            if (best.value === target || items.length < 2 || items.length < numbers.length - 1) return;
            for (let i = 0; i < items.length; i++) {
              for (let j = 0; j < items.length; j++) {
                if (i === j) continue;
                const a = items[i], b = items[j];
                const rest = items.filter((_, k) => k !== i && k !== j);
                const made = [];
                if (i < j) made.push({ value: a.value + b.value, text: `(${a.text} + ${b.text})` });
                if (i < j && a.value > 1 && b.value > 1) made.push({ value: a.value * b.value, text: `(${a.text} * ${b.text})` });
                if (a.value > b.value) made.push({ value: a.value - b.value, text: `(${a.text} - ${b.text})` });
                if (b.value > 1 && a.value % b.value === 0) made.push({ value: a.value / b.value, text: `(${a.text} / ${b.text})` });
                for (const item of made) {
                  search([...rest, item]);
                  if (best.value === target) return;
                }
              }
            }
          }
        }
        """;

    private const string Pitch = """
        // Pitch: a short persuasive text on the given brief; AI judges compare it with the opponent's.

        function act(observation) {
          console.log(observation.text);
          return "You lose an hour a day to things that could take a minute. "
            + "This gives you the hour back: one tap, no set-up, nothing to learn. "
            + "Try it for a week. If it has not paid for itself by Friday, we return every cent.";
        }
        """;

    private const string Debate = """
        // Debate: the same case in three speeches. observation.json.speeches has what was said so far.

        function act(observation) {
          const { motion, side, phase, speeches, seat } = observation.json;
          const theirs = speeches.filter((s) => s.seat !== seat).at(-1)?.text ?? "";
          console.log(phase, side, motion);
          if (phase === "opening") return `I speak ${side} the motion: ${motion} Whoever bears its cost has the fewest ways round it. That decides for me.`;
          if (phase === "rebuttal") return `The other side began: ${theirs.split(/\s+/).slice(0, 12).join(" ")}. That says what it hopes for, and not who pays.`;
          return "Who bears it, and can it be mended? By these two questions my side stands.";
        }
        """;

    private const string Instruct = """
        // Instruct: a text that keeps to some kinds of constraints. observation.json.constraints has each with its kind, what it asks and its numbers.

        function act(observation) {
          const { constraints } = observation.json;
          const find = (kind) => constraints.find((c) => c.kind === kind);
          const absent = find("keywords-absent")?.words ?? [];

          let words = "calm boats cross quiet water near old stone walls while birds watch".split(" ").filter((w) => !absent.includes(w));
          for (const word of find("keywords-present")?.words ?? []) words.splice(3, 0, word);
          const repeated = find("keyword-frequency");
          for (let i = 0; i < (repeated?.count ?? 0); i++) words.splice(5, 0, repeated.word);
          const least = find("words-at-least")?.count ?? find("words-between")?.least ?? 0;
          for (let i = 0; words.length < least; i++) words.push(words[i]);

          const start = find("start-phrase")?.phrase, end = find("end-phrase")?.phrase;
          let text = [start, words.join(" ") + ".", end].filter(Boolean).join("\n");
          if (find("title")) text = text + "\n<<calm water>>";
          if (find("all-lowercase")) text = text.toLowerCase();
          if (find("all-uppercase")) text = text.toUpperCase();
          console.log(constraints.map((c) => c.kind).join(" "));
          return text;
        }
        """;

    private const string TradeWars = """
        // Tradewars: with the trend of the last eight prices, if it is clear; otherwise no trade.
        // Prices are in cents, oldest first; books has everybody's cash and position.

        function act(observation) {
          const { prices, books, seat, limit } = observation.json;
          const change = prices.at(-1) / prices.at(-9) - 1;
          const now = books[seat].position;
          const wanted = change > 0.02 ? limit : change < -0.02 ? -limit : now;
          console.log("change of eight steps:", (100 * change).toFixed(1), "% position", now, "wanted", wanted);
          return wanted > now ? `buy ${wanted - now}` : wanted < now ? `sell ${now - wanted}` : "hold";
        }
        """;

    private const string CodeDuel = """
        // Code duel: the answer is code, so this script writes a script. It solves no task: it gives the examples' results back.
        // observation.text is the task as a person would read it; observation.json has the function's name, parameters and examples.

        function act(observation) {
          const { task, function: name, examples, grade } = observation.json;
          console.log("grade", grade, task);
          const known = examples.map((e) => [JSON.stringify(e.arguments), e.result]);
          return `function ${name}(...given) {
            const known = new Map(${JSON.stringify(known)});
            const asked = JSON.stringify(given);
            return known.has(asked) ? known.get(asked) : ${JSON.stringify(examples[0].result)};
          }`;
        }
        """;

    private const string Anywhere = """
        // Takes a random legal action. observation.text is what a person would read.

        function act(observation) {
          console.log(observation.json);
          const legal = observation.legal;
          return legal[Math.floor(Math.random() * legal.length)];
        }
        """;
}
