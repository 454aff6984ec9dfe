// Loads the kernel's WebAssembly in node; in a page, wwwroot/verify.js of the site does the same from its own address.
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** @param folder the published wwwroot. */
export async function loadKernel(folder) {
  const { dotnet } = await import(pathToFileURL(resolve(folder, '_framework/dotnet.js')).href);
  const { getAssemblyExports, getConfig } = await dotnet.create();
  return (await getAssemblyExports(getConfig().mainAssemblyName)).Arena.Browser.Kernel;
}

/** @returns {{ok: boolean, checks: {step: string, ok: boolean, expected: string, found: string}[]}} */
export function verify(kernel, transcript, commitment = '') {
  let space = '';
  try {
    space = JSON.parse(transcript)?.space;
  } catch {
    // The kernel says what is wrong with it.
  }
  return JSON.parse(kernel.Verify(typeof space === 'string' && space ? space : JSON.parse(kernel.Spaces())[0], transcript, commitment));
}
