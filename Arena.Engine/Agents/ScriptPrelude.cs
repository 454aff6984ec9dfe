using Acornima.Ast;
using Jint;
using JsEngine = Jint.Engine;

namespace Arena.Engine.Agents;

/// <summary>What every script finds: a console whose lines are kept (200 lines, 8,000 characters) and a seeded Math.random (sfc32).</summary>
internal static class ScriptPrelude
{
    public static Prepared<Script> Script { get; } = JsEngine.PrepareScript(
        """
        (function () {
          const lines = [];
          let size = 0;
          const show = v => {
            if (typeof v === 'string') return v;
            try { const text = JSON.stringify(v); return text === undefined ? String(v) : text; } catch { return String(v); }
          };
          const log = (...values) => {
            if (lines.length >= 200 || size >= 8000) return;
            const line = values.map(show).join(' ').slice(0, 8000 - size);
            size += line.length;
            lines[lines.length] = line;
          };
          globalThis.console = { log, info: log, warn: log, error: log, debug: log };
          let a = 1, b = 2, c = 3, d = 4;
          Math.random = () => {
            const t = (((a + b) | 0) + d) | 0;
            d = (d + 1) | 0;
            a = b ^ (b >>> 9);
            b = (c + (c << 3)) | 0;
            c = (c << 21) | (c >>> 11);
            c = (c + t) | 0;
            return (t >>> 0) / 4294967296;
          };
          return { lines, seed: (w, x, y, z) => { a = w | 0; b = x | 0; c = y | 0; d = z | 0; for (let i = 0; i < 12; i++) Math.random(); } };
        })();
        """,
        "prelude");
}
