import{y as s,z as a,O as o,A as r,B as t,C as e}from"./index-CfV6Yt_9.js";const i=(o,r=0)=>(r,t=a())=>{!e&&s(o,r,t)},m=i(o,3),n=i(r,2),p=i(t,2);export{n as a,p as b,m as o};
