// The submit page: sends a notebook to the service, follows its grading, shows the report.
// The address remembers the submission (#submission=…), so a reload shows it again and Back shows the one before.

const api = new URL("../api/submissions", import.meta.url);
const element = (name) => document.getElementById(`submit-${name}`);
const [drop, file, limit, error, status, progress, report] = [
  "drop", "file", "limit", "error", "status", "progress", "report",
].map(element);
const SOON = 300, LATER = 1500, AWAY = 3000; // milliseconds between two questions to the service

let maxBytes = 0;
let following = ""; // the submission that the page shows, or ""

const service = await fetch(new URL("service.json", import.meta.url)).then((answer) => answer.json());
if (service.service) start(service.max_bytes);

function start(max_bytes) {
  maxBytes = max_bytes;
  element("without").hidden = true;
  drop.hidden = false;
  limit.textContent = `an .ipynb file of up to ${megabytes(maxBytes)}`;
  file.addEventListener("change", () => send([...file.files]));
  for (const name of ["dragenter", "dragover"]) drop.addEventListener(name, () => drop.classList.add("over"));
  for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => send([...event.dataTransfer.files]));
  for (const name of ["dragover", "drop"]) { // beside the zone, the browser would leave the page for the file
    window.addEventListener(name, (event) => event.preventDefault());
  }
  window.addEventListener("hashchange", followAddress);
  followAddress();
}

async function send(files) {
  file.value = ""; // or the same file, mended, could not be chosen again
  if (!files.length || file.disabled) return;
  const [notebook] = files;
  following = "";
  clear();
  if (files.length > 1) return fail("Please hand in one notebook at a time.");
  if (notebook.size > maxBytes) return fail(tooLarge(notebook));
  file.disabled = true;
  wait(`Sending ${notebook.name} …`);
  const form = new FormData();
  form.append("file", notebook);
  const answer = await ask(api, { method: "POST", body: form });
  file.disabled = false;
  if (!answer) fail(`${notebook.name} could not be sent: it cannot be read, or the server does not answer.`);
  else if (answer.error) fail(`${notebook.name} was not accepted. ${answer.error}`);
  else location.hash = `submission=${answer.id}`; // and so followAddress is called
}

function followAddress() {
  const token = new URLSearchParams(location.hash.slice(1)).get("submission");
  if (token && token !== following) follow(token);
}

async function follow(token) {
  following = token;
  clear();
  wait("Asking for the report …");
  while (following === token) {
    const answer = await ask(`${api}/${encodeURIComponent(token)}`);
    if (following !== token) return; // another notebook was sent in the meantime
    if (answer && show(answer)) return;
    if (!answer) wait("The server does not answer. Asking again …");
    await new Promise((resolve) => setTimeout(resolve, pause(answer)));
  }
}

// Show how far a submission is; true if there is nothing more to wait for.
function show(answer) {
  switch (answer.state) {
    case "queued":
      wait(`${answer.name} waits: number ${answer.position} in the queue.`);
      return false;
    case "grading":
      wait(`Grading ${answer.name}: ${answer.progress.text || "starting"}`, answer.progress);
      return false;
    case "graded":
      clear();
      status.textContent = `${answer.name}: ${answer.result.score} of ${answer.result.max_score} points`;
      report.innerHTML = answer.report; // made of escaped pieces and sanitised by the service; the only HTML it sends
      return true;
    default:
      fail(answer.error);
      return true;
  }
}

function pause(answer) {
  if (!answer) return AWAY;
  return answer.state === "grading" || answer.position === 1 ? SOON : LATER;
}

function wait(text, { done = 0, total = 0 } = {}) {
  if (status.textContent !== text) status.textContent = text; // said aloud once, not at every look
  progress.hidden = false;
  if (total) [progress.max, progress.value] = [total, done];
  else progress.removeAttribute("value");
}

function fail(text) {
  clear();
  error.textContent = text;
}

function clear() {
  status.textContent = error.textContent = "";
  report.replaceChildren();
  progress.hidden = true;
}

// The service's answer, with or without success; null if there is none.
async function ask(url, options) {
  try {
    return await (await fetch(url, options)).json();
  } catch {
    return null;
  }
}

function tooLarge(notebook) {
  return `${notebook.name} has ${megabytes(notebook.size)}; at most ${megabytes(maxBytes)} are accepted. ` +
    "Clear the outputs of the notebook, save it and send it again.";
}

function megabytes(bytes) {
  return `${(bytes / 2 ** 20).toFixed(1).replace(/\.0$/, "")} MB`;
}
