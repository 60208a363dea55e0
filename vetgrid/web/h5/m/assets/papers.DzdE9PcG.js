function n(n){return"string"==typeof n?n:n.label}function t(n){return"string"==typeof n?n:n.key}function r(t){return t.map(n).join("、")}export{n as a,t as b,r as p};
