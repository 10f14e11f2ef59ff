/** The keys that work everywhere. */

import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { PAGES } from "./pages";
import { panel } from "./panels";
import { CHART_KEYS, PAGE_KEYS, type Shortcut, SHORTCUTS } from "./shortcuts";

export default function Keys() {
  const close = () => panel.set(null);
  const pages = PAGES.filter(({ path }) => path in PAGE_KEYS).map(({ path, name }) => ({
    keys: `g ${PAGE_KEYS[path] ?? ""}`,
    does: name,
  }));
  return (
    <Dialog title="Keys" onClose={close}>
      <div className="grid gap-5 overflow-y-auto px-5 pt-3 pb-5 text-sm sm:grid-cols-2">
        <List title="Everywhere" shortcuts={SHORTCUTS} />
        <div className="grid content-start gap-5">
          <List title="Pages" shortcuts={pages} />
          <List title="On a chart" shortcuts={CHART_KEYS} />
        </div>
        <Button onClick={close} className="sm:col-span-2">
          Close
        </Button>
      </div>
    </Dialog>
  );
}

function List({ title, shortcuts }: { title: string; shortcuts: readonly Shortcut[] }) {
  return (
    <section>
      <h3 className="text-quiet mb-2 text-xs">{title}</h3>
      <dl className="grid grid-cols-[auto_1fr] gap-x-3 gap-y-1.5">
        {shortcuts.map(({ keys, does }) => (
          <div key={keys} className="contents">
            <dt>
              <kbd className="border-line rounded border px-1.5 py-0.5 font-mono text-xs whitespace-nowrap">
                {keys}
              </kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
