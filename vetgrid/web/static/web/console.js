// The console's own behaviour: drawer, menu, confirmation, keyboard. No page needs it to be usable except for comfort.
(function () {
  "use strict";
  const one = (selector, root) => (root || document).querySelector(selector);
  const drawer = () => one("#drawer");
  let opener = null;

  function openDrawer() {
    const dialog = drawer();
    if (dialog && !dialog.open) { opener = document.activeElement; dialog.showModal(); }
    const heading = one("#drawer-content [data-title]");
    if (heading) one("#drawer-title").textContent = heading.dataset.title;
  }
  function closeDrawer() {
    const dialog = drawer();
    if (dialog && dialog.open) dialog.close();
  }

  document.addEventListener("click", function (event) {
    const target = event.target.closest("[data-act]");
    if (event.target === drawer()) return closeDrawer();
    if (!target) return;
    const act = target.dataset.act;
    if (act === "close-drawer") closeDrawer();
    if (act === "print") window.print();
    if (act === "menu") {
      const side = one(".side"), open = side.classList.toggle("is-open");
      target.setAttribute("aria-expanded", String(open));
    }
    if (act === "check-all") {
      document.querySelectorAll('input[type=checkbox][name="' + target.dataset.name + '"]').forEach(function (box) { box.checked = target.checked; });
    }
  });
  document.addEventListener("submit", function (event) {
    const form = event.target, button = event.submitter;
    const question = (button && button.dataset.confirm) || form.dataset.confirm;
    if (question && !window.confirm(question)) { event.preventDefault(); event.stopImmediatePropagation(); return; }
    if (form.method === "post" && !form.hasAttribute("hx-post")) {
      if (form.dataset.sent) { event.preventDefault(); return; }
      form.dataset.sent = "1";
      window.setTimeout(function () { delete form.dataset.sent; }, 8000);
    }
    form.dataset.clean = "1";
  }, true);
  document.addEventListener("change", function (event) {
    const form = event.target.closest("form");
    if (form && form.hasAttribute("data-autosubmit")) form.requestSubmit();
    if (form && form.hasAttribute("data-guard")) form.dataset.dirty = "1";
  });
  window.addEventListener("beforeunload", function (event) {
    if (one("form[data-dirty]:not([data-clean])")) event.preventDefault();
  });
  document.addEventListener("keydown", function (event) {
    const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
    if (event.key === "/" && !typing) { const box = one("#global-search"); if (box) { event.preventDefault(); box.focus(); } }
    if (event.key === "?" && !typing) { const help = one("#keyboard-help"); if (help) help.showModal(); }
    if (event.key === "Escape") { const side = one(".side.is-open"); if (side) side.classList.remove("is-open"); }
  });
  document.addEventListener("htmx:afterSwap", function (event) {
    if (event.detail.target && event.detail.target.id === "drawer-content") openDrawer();
  });
  document.addEventListener("htmx:responseError", function () {
    const box = one("#live"); if (box) box.textContent = "没有连上服务器,请稍候再试。";
  });
  document.addEventListener("htmx:sendError", function () {
    const box = one("#live"); if (box) box.textContent = "网络不通,内容没有提交。请检查网络后再试。";
  });
  document.addEventListener("DOMContentLoaded", function () {
    const dialog = drawer();
    if (dialog) dialog.addEventListener("close", function () { if (opener) opener.focus(); });
    const first = one("[autofocus]") || one(".has-error input, .has-error select"); if (first) first.focus();
  });
})();
