// Asks before something is done that hurts, in a modal dialog of the platform's own (focus trap and Escape included).

import { useEffect, useRef } from "react";

interface ConfirmProps {
  readonly title: string;
  readonly text: string;
  readonly action: string;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}

/** Shown as long as it is mounted; the way out has the focus. */
export function Confirm({ title, text, action, onConfirm, onClose }: ConfirmProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const cancel = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    const opener = document.activeElement;
    dialog.current?.showModal();
    cancel.current?.focus();
    return () => {
      if (opener instanceof HTMLElement) opener.focus();
    };
  }, []);
  return (
    <dialog ref={dialog} className="sheet confirm" aria-label={title} onClose={onClose}>
      <header className="panel-head">
        <h2>{title}</h2>
      </header>
      <p className="confirm-text">{text}</p>
      <div className="confirm-buttons">
        <button type="button" className="button" ref={cancel} onClick={onClose}>
          Cancel
        </button>
        <button type="button" className="button danger" onClick={onConfirm}>
          {action}
        </button>
      </div>
    </dialog>
  );
}
