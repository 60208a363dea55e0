let n=0;function t(){return n+=1,`v${n}`}export{t as n};
