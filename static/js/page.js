/* The folded menu of small screens, and the focus on what went wrong. Without this file everything still works. */
document.documentElement.classList.add("js");

const menu = document.querySelector(".menu-button");
const narrow = window.matchMedia("(max-width: 40rem)");

function fold(folded) {
  document.getElementById("sections").classList.toggle("is-folded", folded);
  menu.setAttribute("aria-expanded", String(!folded));
}

if (menu) {
  const fit = () => { menu.hidden = !narrow.matches; fold(narrow.matches); };
  menu.addEventListener("click", () => fold(menu.getAttribute("aria-expanded") === "true"));
  narrow.addEventListener("change", fit);
  fit();
}

/* Filters: open where there is room, folded on a phone unless one of them is wrong. */
for (const part of document.querySelectorAll(".fold")) {
  const fit = () => { part.open = !narrow.matches || "stay" in part.dataset; part.dataset.fitted = ""; };
  narrow.addEventListener("change", fit);
  fit();
}

document.querySelector("[data-take-focus]")?.focus();

/* A chosen file is named beside its button; the control itself lies over it, unseen. */
for (const field of document.querySelectorAll(".file-field")) {
  const control = field.querySelector("input[type=file]");
  const name = field.querySelector(".file-name");
  control.addEventListener("change", () => {
    const [file] = control.files;
    name.textContent = file ? `${file.name} (${Math.max(1, Math.round(file.size / 1024))} KB)` : field.dataset.nothing;
    field.classList.toggle("has-file", Boolean(file));
  });
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

/* Requests in the background carry the same token as forms. */
document.body.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = document.querySelector('meta[name="csrf-token"]').content;
});
