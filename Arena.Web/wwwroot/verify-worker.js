// Reads transcripts and runs the rules kernel as WebAssembly, off the page's own thread: a long replay freezes nothing, and the page can stop it.
import { readTranscript } from "./transcript-file.js";

const kernel = (async () => {
  const { dotnet } = await import("/kernel/_framework/dotnet.js");
  const { getAssemblyExports, getConfig } = await dotnet.create();
  return (await getAssemblyExports(getConfig().mainAssemblyName)).Arena.Browser.Kernel;
})();

let read;

const tasks = {
  /** What a file says it is; its text stays here for the replay. */
  async read({ bytes }) {
    const { text, ...told } = readTranscript(bytes, JSON.parse((await kernel).Spaces()));
    read = text;
    return told;
  },
  async replay({ space, text, commitment }) {
    return JSON.parse((await kernel).Verify(space, text ?? read, commitment ?? ""));
  },
};

addEventListener("message", async ({ data: { id, task, ...given } }) => {
  try {
    postMessage({ id, answer: await tasks[task](given) });
  } catch (error) {
    postMessage({ id, problem: String(error?.message ?? error).slice(0, 300) });
  }
});
