/// What pages can do beyond links and forms: live progress, quick filters and orders of tables, dropping a file, copying.
enum Script {
  static let text = #"""
    "use strict";
    (() => {
      const all = (selector, root = document) => [...root.querySelectorAll(selector)];

      const copyButtons = () => {
        if (!navigator.clipboard) return;
        for (const button of all("[data-copy]")) {
          const words = button.textContent;
          button.hidden = false;
          button.addEventListener("click", async () => {
            await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
            button.textContent = "Copied";
            setTimeout(() => { button.textContent = words; }, 2000);
          });
        }
      };

      const dropFiles = () => {
        const largest = 4 << 20;
        for (const area of all("textarea[data-drop]")) {
          const over = (on) => (event) => { event.preventDefault(); area.classList.toggle("over", on); };
          area.addEventListener("dragover", over(true));
          area.addEventListener("dragleave", over(false));
          area.addEventListener("drop", async (event) => {
            over(false)(event);
            const file = event.dataTransfer.files[0];
            area.value = file ? await file.slice(0, largest).text() : event.dataTransfer.getData("text");
          });
        }
      };

      const valueOf = (row, column) => {
        const text = (row.cells[column]?.textContent ?? "").trim();
        const number = text.replace(/^\+/, "").replace(/^\u2212/, "-").replace(/,/g, "").replace(/ %$/, "");
        return /^-?\d+(\.\d+)?$/.test(number) ? Number(number) : text.toLowerCase();
      };

      const before = (left, right) => {
        if (typeof left === typeof right) return left < right ? -1 : left > right ? 1 : 0;
        return typeof left === "number" ? 1 : -1;
      };

      const orderBy = (table, header, column) => {
        const descending = header.classList.contains("n")
          ? header.getAttribute("aria-sort") !== "descending"
          : header.getAttribute("aria-sort") === "ascending";
        const body = table.tBodies[0];
        const rows = [...body.rows].map((row) => [valueOf(row, column), row]);
        rows.sort((one, two) => (descending ? before(two[0], one[0]) : before(one[0], two[0])));
        body.append(...rows.map((pair) => pair[1]));
        for (const other of all("th[aria-sort]", table.tHead)) other.removeAttribute("aria-sort");
        header.setAttribute("aria-sort", descending ? "descending" : "ascending");
      };

      const orderTables = () => {
        for (const table of all("table[data-sortable]")) {
          [...table.tHead.rows[0].cells].forEach((header, column) => {
            if ("unsortable" in header.dataset || header.classList.contains("b")) return;
            let control = header.querySelector("a");
            if (!control) {
              control = document.createElement("button");
              control.type = "button";
              control.append(...header.childNodes);
              header.append(control);
            }
            control.addEventListener("click", (event) => {
              event.preventDefault();
              orderBy(table, header, column);
            });
          });
        }
      };

      const filterTables = () => {
        for (const table of all("table[data-filter]")) {
          const rows = [...table.tBodies[0].rows];
          let words = null;
          const label = document.createElement("label");
          const box = document.createElement("input");
          const count = document.createElement("p");
          label.className = "field quick";
          label.textContent = `Filter ${table.dataset.filter} `;
          box.type = "search";
          count.className = "meta";
          count.setAttribute("role", "status");
          label.append(box);
          table.parentElement.before(label, count);
          box.addEventListener("input", () => {
            words ??= rows.map((row) => row.cells[0].textContent.toLowerCase());
            const wanted = box.value.toLowerCase();
            let shown = 0;
            rows.forEach((row, index) => {
              const fits = words[index].includes(wanted);
              if (row.hidden === fits) row.hidden = !fits;
              shown += fits;
            });
            count.textContent = wanted ? `${shown.toLocaleString("en")} of ${rows.length.toLocaleString("en")} ${table.dataset.filter}` : "";
          });
        }
      };

      const pageAgain = async () => {
        const answer = await fetch(location.href, { credentials: "same-origin" });
        if (!answer.ok) throw new Error(`status ${answer.status}`);
        return new DOMParser().parseFromString(await answer.text(), "text/html");
      };

      const replace = (id, page) => {
        const [old, fresh] = [document.getElementById(id), page.getElementById(id)];
        if (old && fresh) old.replaceWith(fresh);
      };

      const showProgress = (one) => {
        const row = document.querySelector(`tr[data-repository="${Number(one.id)}"]`);
        if (!row) return;
        row.className = one.phase;
        for (const field of all("[data-field]", row)) {
          const words = one.cells[field.dataset.field] ?? "";
          if (field.textContent !== words) field.textContent = words;
        }
        const bar = row.querySelector("progress");
        bar.hidden = !one.underWay;
        if (one.share === null) bar.removeAttribute("value"); else bar.value = one.share;
      };

      const followSync = () => {
        const controls = document.getElementById("sync-controls");
        if (!controls || !window.EventSource) return;
        let running = "running" in controls.dataset;
        const source = new EventSource(controls.dataset.events);
        source.addEventListener("progress", (event) => showProgress(JSON.parse(event.data)));
        source.addEventListener("state", async (event) => {
          const state = JSON.parse(event.data);
          const status = document.getElementById("sync-status");
          if (status.textContent !== state.status) status.textContent = state.status;
          state.repositories.forEach(showProgress);
          const isSame = all("tr[data-repository]").length === state.repositories.length;
          if (state.running === running && isSame) return;
          running = state.running;
          const page = await pageAgain();
          replace(isSame ? "sync-controls" : "content", page);
          replace("runs", page);
        });
        addEventListener("pagehide", () => source.close());
      };

      const awaitAnswer = () => {
        if (!document.querySelector("[data-pending]")) return;
        const look = async () => {
          const page = await pageAgain().catch(() => null);
          if (!page || page.querySelector("[data-pending]")) { setTimeout(look, 1000); return; }
          replace("content", page);
        };
        setTimeout(look, 500);
      };

      copyButtons();
      dropFiles();
      orderTables();
      filterTables();
      followSync();
      awaitAnswer();
    })();

    """#
}
