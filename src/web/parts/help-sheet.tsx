// The list of keys, in a modal dialog of the platform's own (focus trap and Escape included).

import { Fragment, useEffect, useRef } from "react";
import { keyHelp } from "./keyboard.ts";

/** The help sheet. */
export function HelpSheet({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open && !dialog.current?.open) dialog.current?.showModal();
    if (!open && dialog.current?.open) dialog.current.close();
  }, [open]);
  return (
    <dialog ref={dialog} className="sheet" aria-label="Keyboard" onClose={onClose}>
      <header className="panel-head">
        <h2>Keyboard</h2>
        <button type="button" className="button small" onClick={onClose}>
          Close
        </button>
      </header>
      <dl className="keys">
        {keyHelp.map(({ keys, does }) => (
          <Fragment key={does}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </Fragment>
        ))}
      </dl>
    </dialog>
  );
}
