// What is shown for an address that is no page.

import { Link } from "../parts/navigation.tsx";
import { PageFrame } from "../parts/panel.tsx";
import { Empty } from "../parts/states.tsx";

/** No such page. */
export function MissingPage() {
  return (
    <PageFrame title="Not found">
      <Empty title="There is no page at this address.">
        <Link to="/">Go to the overview</Link>
      </Empty>
    </PageFrame>
  );
}
