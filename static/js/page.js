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

document.querySelector("[data-take-focus]")?.focus();

/* Requests in the background carry the same token as forms. */
document.body.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = document.querySelector('meta[name="csrf-token"]').content;
});
