/** Whether something is in sight, or nearly: what nobody sees need not be asked. */

import { type RefObject, useEffect, useState } from "react";

const NEARLY = "200px";

export function useInSight(place: RefObject<Element | null>): boolean {
  const [isInSight, setIsInSight] = useState(false);
  useEffect(() => {
    if (place.current === null) return;
    const seen = new IntersectionObserver(
      (entries) => setIsInSight(entries.some((entry) => entry.isIntersecting)),
      { rootMargin: NEARLY },
    );
    seen.observe(place.current);
    return () => seen.disconnect();
  }, [place]);
  return isInSight;
}
