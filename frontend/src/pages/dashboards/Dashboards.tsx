/** Dashboards that people arrange: the list of them, or one. */

import { decoded, usePlace } from "../../app/location";
import { List } from "./List";
import { One } from "./One";

const PREFIX = "/dashboards/";

export default function Dashboards() {
  const { path } = usePlace();
  const id = path.startsWith(PREFIX) ? decoded(path.slice(PREFIX.length)) : "";
  return id ? <One key={id} id={id} /> : <List />;
}
