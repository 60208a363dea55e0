import{v as s,x as a,O as o,y as r,z as t,A as x}from"./index-KP0LISe2.js";const e=(o,r=0)=>(r,t=a())=>{!x&&s(o,r,t)},i=e(o,3),m=e(r,2),n=e(t,2);export{m as a,n as b,i as o};
