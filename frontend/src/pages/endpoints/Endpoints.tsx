/** All endpoints, and one of them in full. */

import { usePlace } from "../../app/location";
import { AllEndpoints } from "./AllEndpoints";
import { endpointOf } from "./names";
import { OneEndpoint } from "./OneEndpoint";

export default function Endpoints() {
  const one = endpointOf(usePlace().path);
  return one === null ? <AllEndpoints /> : <OneEndpoint {...one} />;
}
