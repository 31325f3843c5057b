/** A button of the popover. */

import * as React from 'react';

/** How a button looks: as a button, as the main one, or as a link in a text. */
export type Look = 'seednb-button' | 'seednb-button seednb-main seednb-grow' | 'seednb-link';

/** `name` is what tests and style sheets know it by; the words are its children. */
export function Button(props: {
  name: string;
  onClick: () => unknown;
  look?: Look;
  title?: string;
  disabled?: boolean;
  children: React.ReactNode;
}): React.ReactElement {
  const { name, onClick, look = 'seednb-button', title, disabled, children } = props;
  return (
    <button type="button" data-seednb={name} className={look} title={title} disabled={disabled} onClick={() => void onClick()}>
      {children}
    </button>
  );
}
