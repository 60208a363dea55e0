import{A as s,B as a,O as o,C as r,D as t,E as c,G as e}from"./index-yf550mhc.js";const i=(o,r=0)=>(r,t=a())=>{!e&&s(o,r,t)},m=i(o,3),n=i(r,3),p=i(t,2),x=i(c,2);export{p as a,n as b,x as c,m as o};
